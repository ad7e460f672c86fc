"""Placing projects on sites (落位): headroom, feasibility, exclusive assignment, what is missing."""
