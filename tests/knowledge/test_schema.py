"""The JSON Schema for editors is up to date, and accepts the files that the reader accepts."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.knowledge.schema import FILES, json_schema, schema_text
from tests.knowledge.small_article import read_knowledge

ROOT = Path(__file__).parents[2]
NAMES = {"article": "ArticleFile", "entities": "EntitiesFile", "facts": "FactsFile", "cases": "CasesFile"}


def test_the_shipped_schema_is_up_to_date() -> None:
    """After a change of the models: `python -m bot check --schema > knowledge/schema.json`."""
    assert (ROOT / "knowledge/schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_schema_with_every_kind_of_file() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert {model.__name__ for model in FILES} <= set(schema["$defs"])


@pytest.mark.parametrize("name", sorted(NAMES))
def test_files_that_the_reader_accepts_fit_the_schema(name: str) -> None:
    schema = json.loads(schema_text())
    validator = Draft202012Validator({"$ref": f"#/$defs/{NAMES[name]}", "$defs": schema["$defs"]})
    found = sorted((ROOT / "tests/articles").glob(f"*/{name}.yaml"))
    assert found
    for path in found:
        assert list(validator.iter_errors(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))) == [], path  # noqa: S506


@pytest.mark.parametrize(("folder", "name"), [("facts", "FactsFile"), ("samples", "SamplesFile")])
def test_the_files_of_the_shipped_article_fit_the_schema(folder: str, name: str) -> None:
    schema = json.loads(schema_text())
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
    found = sorted((ROOT / "knowledge/openai-exodus" / folder).glob("*.yaml"))
    assert found
    for path in found:
        assert validator.is_valid(yaml.load(path.read_text("utf-8"), yaml.BaseLoader)), path  # noqa: S506


def test_an_unknown_key_does_not_fit_the_schema() -> None:
    schema = json.loads(schema_text())
    validator = Draft202012Validator({"$ref": "#/$defs/FactsFile", "$defs": schema["$defs"]})
    assert not validator.is_valid({"fatcs": []})


@pytest.mark.parametrize(("slug", "facts"), [("chip-startup", 74), ("football-club", 45), ("moon-lander", 70)])
def test_the_converted_articles_are_read_whole(slug: str, facts: int) -> None:
    assert len(read_knowledge(ROOT / "tests/articles" / slug).articles[0].facts) == facts
