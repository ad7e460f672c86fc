"""The pure core of Luodi: tables in, tables out; no screen, no files, no network, no words."""
