"""Tables as pictures: tiles, lines, symbols."""
