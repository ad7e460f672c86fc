"""The colours every map of the house uses, on the screen and in files, readable without telling red from green."""

STATUS_COLOURS = {
    "eligible": "#12806A",
    "conditional": "#E8A72D",
    "unknown": "#8E86C4",
    "excluded": "#CFC9C1",
}
"""Differ in lightness as well as in hue; 待核实 is hatched besides."""
OUTCOME_COLOURS = {"conflict": "#B4432E", "unknown": "#6E64B0", "clear": "#12806A"}
TURN = ("#7A5195", "#2F6F4F", "#B5651D", "#33658A", "#8C4A5A", "#5C6B2E", "#3D5A80", "#93632B")
"""For what nobody gave a colour, by turns."""
PLAIN = "#33658A"
"""For a map that shows nothing apart."""
