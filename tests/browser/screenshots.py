"""Pictures of each page over the shipped sample, light and dark: `python -m tests.browser.screenshots docs/images`.

PNG, 1280 px wide, with so few colours that a README loads at once.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import chromium, reading
from tests.browser.reading import Reader
from tests.browser.serving import analyse, serving

PAGES = {
    "overview": "/",
    "themes": "/themes",
    "theme": "/theme?key=sales_delivery_mismatch&period=365d",
    "accounts": "/accounts",
    "account": "/account?id=A23",
    "journey": "/journey",
    "map": "/map?period=all",
    "loops": "/loops",
    "retention": "/retention",
    "search": "/search?q=promised%20in%20the%20demo&period=all",
    "data": "/data?part=runs",
}
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 1280, 800, 1500
MOST_BYTES = 250_000
# Tried in this order until a picture is small enough.
COLOURS = (256, 128, 64, 32, 16)


def main(folder: Path) -> None:
    """Analyse the sample, serve it, and take the pictures."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.MISSING)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        home = Path(work) / "analysed"
        home.mkdir()
        analyse(home)
        with serving(home, Path(work)) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
            for mode in ("light", "dark"):
                for name, address in PAGES.items():
                    with reading.reader(browser, served.pages, mode=mode) as reader:
                        picture = small(take(reader.open(address)))
                    file = folder / f"{name}{'' if mode == 'light' else '-dark'}.png"
                    file.write_bytes(picture)
                    sys.stdout.write(f"{file} {len(picture) / 1000:.0f} kB\n")
            browser.close()


def take(reader: Reader) -> bytes:
    """Take a picture from the top of the page to its end, or as far as a README shows it."""
    # Streamlit scrolls inside of the page: the window is made as tall as what is in it.
    height = reader.page.evaluate("document.querySelector('.stMainBlockContainer').scrollHeight")
    size = {"width": WIDTH, "height": max(LEAST_HEIGHT, min(MOST_HEIGHT, int(height)))}
    reader.page.set_viewport_size(size)  # type: ignore[arg-type]
    reader.page.wait_for_timeout(1500)  # charts draw themselves anew, and fade in
    return reader.page.screenshot()


def small(picture: bytes) -> bytes:
    """Write a picture with as few colours as it takes to be small."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        out = BytesIO()
        # Covers the rare colours too: by the median, the red of one low score turns brown.
        few = image.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
