"""The application and the gateway's greeting as Discord sends them."""

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.things import user_payload
from tests.fake_discord.state.flags import Intent
from tests.fake_discord.state.models import User
from tests.fake_discord.state.world import Application

_LIMITED_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 13,
    Intent.GUILD_MEMBERS: 1 << 15,
    Intent.MESSAGE_CONTENT: 1 << 19,
}
ACCEPTED = 2


def application_flags(application: Application) -> int:
    """Return the flags that tell which privileged intents were granted.

    They are the ones of a bot in fewer than a hundred guilds.
    """
    return sum(flag for intent, flag in _LIMITED_FLAGS.items() if intent in application.granted)


def application_payload(application: Application, bot: User) -> Json:
    """Describe the application, its owner or its team.

    Discord names no person as the owner of a team's application, but an account that
    nobody has, called "team" and the team's id.
    """
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": "",
        "bot": user_payload(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": application_flags(application),
        "owner": _team_account(application) if application.team else user_payload(application.owner),
        "team": _team(application) if application.team else None,
        "interactions_endpoint_url": None,
        "integration_types_config": {str(kind): {} for kind in application.installs},
        "redirect_uris": [],
    }


def _team_account(application: Application) -> Json:
    team_id = application.id + 1
    return user_payload(User(id=team_id, name=f"team{team_id}"))


def _team(application: Application) -> Json:
    team_id = str(application.id + 1)
    return {
        "id": team_id,
        "name": f"Team of {application.name}",
        "icon": None,
        "owner_user_id": str(application.team[0].id),
        "members": [
            {
                "team_id": team_id,
                "membership_state": ACCEPTED,
                "role": "admin",
                "permissions": ["*"],
                "user": user_payload(user),
            }
            for user in application.team
        ],
    }
