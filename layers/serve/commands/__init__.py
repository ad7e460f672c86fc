"""The commands of `luodi`, a room for each step of the work; the door `luodi.py` lists them in their order."""
