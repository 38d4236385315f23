@echo off
rem The site and the model, without a browser.
setlocal
call "%~dp0python.bat" "%~dp0..\..\start_service.py" --all --no-browser %*
exit /b %CODE%
