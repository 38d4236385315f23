@echo off
rem The same as launcher.bat, under its former name.
setlocal
call "%~dp0python.bat" "%~dp0menu.py" %*
exit /b %CODE%
