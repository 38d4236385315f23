@echo off
rem Asks what to start.
setlocal
call "%~dp0python.bat" "%~dp0menu.py" %*
exit /b %CODE%
