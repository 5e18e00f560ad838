# syntax=docker/dockerfile:1
# Two stages: the environment is built with pip, the image holds only what running needs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/ requirements/
RUN pip install --index-url https://download.pytorch.org/whl/cpu --no-deps -r requirements/torch.txt \
    && pip install --no-deps --require-hashes -r requirements/base.txt
COPY pyproject.toml README.md LICENSE ./
COPY nlp/ nlp/
COPY cx/ cx/
COPY data/ data/
COPY pipelines/ pipelines/
COPY api/ api/
COPY dashboard/ dashboard/
RUN pip install --no-deps --no-build-isolation -e .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 sottovoce && mkdir /var/lib/sottovoce && chown sottovoce /var/lib/sottovoce
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 SOTTOVOCE_HOME=/var/lib/sottovoce
# By number: a host can tell that it is not root without the image's list of users.
USER 10001
VOLUME /var/lib/sottovoce
EXPOSE 8000 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["sottovoce"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
