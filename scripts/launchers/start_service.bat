@echo off
rem start_service.py with the arguments given.
setlocal
call "%~dp0python.bat" "%~dp0..\..\start_service.py" %*
exit /b %CODE%
