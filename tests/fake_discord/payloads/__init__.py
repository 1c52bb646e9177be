"""The state in the words of Discord's API: dictionaries ready to be sent."""
