"""Files of the data folder that more than one part of the store knows."""

FILE_NAME = "workmate.sqlite3"
ID_FILE = "database-id"
"""The id of the database, remembered beside it."""
PLAN = "restore.json"
"""A replacement of the books was decided and is not finished yet."""
NUMBERS_FILE = "numbers.json"
"""The invoice numbers that were given, for the day when the database cannot be read."""
