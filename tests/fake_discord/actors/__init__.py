"""The people of the test language: they write, click and read like members do."""
