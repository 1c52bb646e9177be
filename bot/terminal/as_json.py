"""A reply as one JSON object whose keys are always there; the form is stable."""

from typing import Any

from bot.service.reply import Reply


def as_json(question: str, reply: Reply) -> dict[str, Any]:
    """Return the reply to `question` in the documented form (README, "For programs")."""
    return {
        "question": question,
        "outcome": reply.outcome,
        "language": reply.language,
        "article": reply.article,
        "fact": reply.fact,
        "gap": reply.gap,
        "answer": reply.text,
        "source": None
        if reply.source is None
        else {
            "title": reply.source.title,
            "publisher": reply.source.publisher,
            "section": reply.source.section,
            "paragraphs": list(reply.source.paragraphs),
            "url": reply.source.url,
        },
        "confidence": round(reply.confidence, 4),
        "suggestions": [
            {
                "article": offer.article,
                "fact": offer.fact,
                "label": offer.label,
                "confidence": round(offer.confidence, 4),
            }
            for offer in reply.offers
        ],
        "also": [as_json(question, further) for further in reply.also],
    }
