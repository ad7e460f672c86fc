"""The demonstration county: a synthetic study folder, written the same on every run.

Everything in it is invented. Positions, sizes, names and planted facts stand in
``data/demo/*.toml``; the modules here only turn them into ground and files.
"""
