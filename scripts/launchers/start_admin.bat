@echo off
rem The site and its admin without a model (port 8000).
setlocal
call "%~dp0python.bat" "%~dp0..\..\start_service.py" --django %*
exit /b %CODE%
