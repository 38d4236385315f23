@echo off
rem The site and the model (port 8000).
setlocal
call "%~dp0python.bat" "%~dp0..\..\start_service.py" --all %*
exit /b %CODE%
