"""What discord.py does not document is touched in one module, and an upgrade that changes it fails here.

`python tests/architecture/test_internals.py` prints the hashes of the installed version. Before recording them, read
what has changed in each function and mend `bot/discord_bot/internals.py`.
"""

import hashlib
import inspect
import sys
from pathlib import Path

from bot.discord_bot.internals import TOUCHED

ROOT = Path(__file__).parents[2]
RECORDED = {
    "discord.gateway.DiscordWebSocket.__init__": "c0f0c012f971",
    "discord.gateway.DiscordWebSocket.from_client": "25ac637bdad3",
    "discord.gateway.DiscordWebSocket.identify": "b7aa0609de13",
    "discord.gateway.DiscordWebSocket.resume": "2cfb05e64344",
    "discord.gateway.DiscordWebSocket.received_message": "62c9f5ec6596",
    "discord.gateway.DiscordWebSocket.poll_event": "f0b053464dec",
    "discord.gateway.DiscordWebSocket._can_handle_close": "1422c2a8d242",
    "discord.gateway.DiscordWebSocket.close": "faca96f43534",
    "discord.shard.Shard.__init__": "db28c903d157",
    "discord.shard.Shard._cancel_task": "c8f898f342a4",
    "discord.shard.Shard.close": "1ee43623d5a7",
    "discord.shard.AutoShardedClient.__init__": "fc99144a403c",
    "discord.shard.AutoShardedClient._get_websocket": "4cba86bd0989",
    "discord.shard.AutoShardedClient.launch_shard": "122ec0d76793",
    "discord.shard.AutoShardedClient.launch_shards": "a65898ed1353",
    "discord.shard.AutoShardedClient.connect": "52280e53c2e9",
    "discord.shard.AutoShardedClient.close": "463ccdae1c50",
    "discord.client.Client._call_before_identify_hook": "1b97032f1936",
    "discord.client.Client.on_error": "9788ded96b49",
    "discord.state.ConnectionState.__init__": "b1227e859a2e",
    "discord.state.ConnectionState._remove_guild": "77bacb2e1464",
    "discord.state.AutoShardedConnectionState.parse_ready": "ad7a3c2e3955",
    "discord.state.AutoShardedConnectionState.parse_resumed": "5b0c55f50bcd",
    "discord.http.HTTPClient.ws_connect": "f4c1be5e34c3",
    "discord.http.HTTPClient.get_bot_gateway": "003c60a1be2e",
    "discord.http.HTTPClient.get_guilds": "93e481a3b284",
    "discord.http.HTTPClient.static_login": "44c522c43913",
    "discord.app_commands.commands.Command.__init__": "862994a3c000",
    "discord.app_commands.tree.CommandTree._call": "8f82c1cd4a8b",
    "discord.ui.view.ViewStore.schedule_dynamic_item_call": "24def18ea507",
    "discord.interactions.Interaction.edit_original_response": "53f07dc23961",
    "discord.webhook.async_.AsyncWebhookAdapter.request": "b449e300f41f",
    "discord.webhook.async_.AsyncWebhookAdapter.edit_original_interaction_response": "fe871f99b3e5",
    "discord.http.handle_message_parameters": "54e87d1f5996",
}


def hashes() -> dict[str, str]:
    """Return a hash of the source of each touched function by its name."""
    return {
        f"{function.__module__}.{function.__qualname__}": hashlib.sha256(
            inspect.getsource(function).encode()
        ).hexdigest()[:12]
        for function in TOUCHED
    }


def test_what_is_touched_of_discord_py_is_as_it_was() -> None:
    found = hashes()
    changed = sorted(name for name in found.keys() | RECORDED.keys() if found.get(name) != RECORDED.get(name))
    assert changed == []


def test_no_other_module_touches_what_discord_py_does_not_document() -> None:
    private = ("discord.gateway", "discord.http", "discord.shard", "discord.state", "client.http", "SLF001")
    found = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / "bot" / "discord_bot").glob("*.py"))
        for name in private
        if path.name != "internals.py" and name in path.read_text(encoding="utf-8")
    ]
    assert found == []


if __name__ == "__main__":
    sys.stdout.write("".join(f'    "{name}": "{value}",\n' for name, value in hashes().items()))
