"""Idle land and idle buildings: the legal clock, the signs of use, imagery, and reuse."""
