"""Red lines (红线) in every form in which they arrive."""
