"""Idle land and buildings: the legal clock, signs of use kept apart from it, imagery, and what is inefficient."""
