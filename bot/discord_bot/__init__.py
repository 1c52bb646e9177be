"""The Discord front: the only package that knows discord.py."""
