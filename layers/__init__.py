"""Everything that touches a file, a service or a process.

Importing this package bans the drivers that read other files or the network, before
GDAL is loaded for the first time (later it has no effect); see `layers/sources/gate.py`.
"""

import os

os.environ["OGR_SKIP"] = (
    "OGR_VRT,GDALG,WFS,OAPIF,OGCAPI,CSW,HTTP,Carto,Elasticsearch,AmigoCloud,EEDA,NGW,PLSCENES,ADBC,MapML,GPSBabel"
)
os.environ["GDAL_SKIP"] = "VRT,GTI,DERIVED,WMS,WMTS,WCS,HTTP,STACTA,STACIT,PLMOSAIC,DAAS,EEDAI,GDALG"
os.environ["GDAL_VRT_ENABLE_PYTHON"] = "NO"
os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"
os.environ["PROJ_NETWORK"] = "OFF"
os.environ["CPL_LOG"] = os.devnull  # a GDAL without one of these drivers would say so on every start
