"""The screen door: `luodi app DIR`, or ``LUODI_STUDY=DIR streamlit run app.py``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT)] if str(ROOT) not in sys.path else []

import streamlit as st  # noqa: E402

import layers  # noqa: E402, F401 - bans drivers before GDAL is loaded
from layers.basis import heap  # noqa: E402
from layers.outputs import stream  # noqa: E402
from layers.serve import garbage  # noqa: E402
from layers.serve.http.routes import MIDDLEWARE, ROUTES, lifespan  # noqa: E402

stream.guard()
heap.give_back()
garbage.watch()
app = st.App(ROOT / "views" / "main.py", routes=ROUTES, lifespan=lifespan, middleware=MIDDLEWARE)
