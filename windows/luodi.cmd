@echo off
rem Opens Luodi; drop the folder of a study on it, or it opens Documents\Luodi.
rem Names may hold spaces, & and brackets: a value is set inside quotes and used inside quotes.
setlocal DisableDelayedExpansion
set "PYTHONUTF8=1"
set "STUDY=%~1"
if not defined STUDY set "STUDY=%USERPROFILE%\Documents\Luodi"
rem A backslash before the closing quote would take the quote with it: D:\ becomes D:\.
if "%STUDY:~-1%"=="\" set "STUDY=%STUDY%."
"%~dp0.venv\Scripts\python.exe" "%~dp0luodi.py" app "%STUDY%"
if errorlevel 1 pause
