"""Files of users, opened once, through one gate."""
