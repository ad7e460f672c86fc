"""Child side: which drivers of GDAL may be loaded where files are parsed."""

from __future__ import annotations

from geo.basis.errors import BlockedError
from geo.basis.reason import reason

OURS = frozenset({"ESRI Shapefile", "GPKG", "OpenFileGDB", "LIBKML", "DXF", "GTiff", "MEM"})
"""Drivers that may be loaded here."""
OTHERS = (
    "AIVector,AVCBin,AVCE00,CSV,DGN,EDIGEO,ESRIJSON,FlatGeobuf,GML,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,Idrisi,JML,"
    "JSONFG,KML,LVBAG,MBTiles,MVT,MapInfo File,MiraMonVector,ODS,OGR_GMT,OGR_PDS,OSM,PCIDSK,PDF,PDS4,PGDUMP,"
    "PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,XLSX,PostgreSQL,MySQL,MSSQLSpatial,ODBC,PGeo,HANA,"
    "Parquet,Arrow,netCDF,GMLAS,NAS,Memory,CAD,MongoDBv3,OCI,SOSI,Interlis 1,Interlis 2,XODR,HDF5,MSG"
)
"""Drivers that are taken out before GDAL is loaded here; the package `layers` bans those that reach the network."""


def drivers() -> None:
    """Refuse to work when GDAL brought a driver we did not ask for."""
    import pyogrio

    unexpected = sorted(set(pyogrio.list_drivers()) - OURS)
    if unexpected:
        raise BlockedError(reason("driver_unexpected", drivers=unexpected))
