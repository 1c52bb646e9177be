"""The limits of embeds."""

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.problems import Path, Problems

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
_SCHEMES = ("http://", "https://", "attachment://")


def check_embeds(embeds: list[Json], path: Path, problems: Problems) -> None:
    """Note what Discord would refuse in a message's embeds."""
    problems.check_count(embeds, path, most=MOST_EMBEDS)
    for number, embed in enumerate(embeds):
        _check_embed(embed, (*path, number), problems)
    if sum(_size(embed) for embed in embeds) > MOST_CHARACTERS:
        message = f"Embed size exceeds maximum size of {MOST_CHARACTERS}"
        problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(embed: Json, path: Path, problems: Problems) -> None:
    for key, most in (("title", 256), ("description", 4096)):
        if embed.get(key) is not None:
            problems.check_length(embed[key], (*path, key), most=most)
    for key, part, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(key) is not None:
            text = embed[key].get(part)
            problems.check_length(text, (*path, key, part), least=1, most=most)
    _check_urls(embed, path, problems)
    fields = embed.get("fields") or []
    problems.check_count(fields, (*path, "fields"), most=25)
    for number, field in enumerate(fields):
        place = (*path, "fields", number)
        problems.check_length(field.get("name"), (*place, "name"), least=1, most=256)
        problems.check_length(field.get("value"), (*place, "value"), least=1, most=1024)
    if not _size(embed) and not (embed.get("image") or embed.get("thumbnail")):
        problems.add(path, "EMBED_EMPTY", "This embed is empty")


def _check_urls(embed: Json, path: Path, problems: Problems) -> None:
    urls: dict[tuple[str, ...], str | None] = {("url",): embed.get("url")}
    for key in ("image", "thumbnail", "author"):
        urls[key, "url"] = (embed.get(key) or {}).get("url")
    for place, url in urls.items():
        if url is not None and not url.startswith(_SCHEMES):
            message = "Scheme must be one of ('http', 'https')."
            problems.add((*path, *place), "URL_TYPE_INVALID_SCHEME", message)


def _size(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text")]
    texts += [(embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if text)
