@echo off
rem Opens Luodi; drop the folder of a study on it, or it opens Documents\Luodi.
set PYTHONUTF8=1
set STUDY=%~1
if "%STUDY%"=="" set STUDY=%USERPROFILE%\Documents\Luodi
"%LOCALAPPDATA%\Luodi\.venv\Scripts\python.exe" "%LOCALAPPDATA%\Luodi\luodi.py" app "%STUDY%"
if errorlevel 1 pause
