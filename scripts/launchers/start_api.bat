@echo off
rem The API with the model, without pages (port 8001).
setlocal
call "%~dp0python.bat" "%~dp0..\..\start_service.py" --gpu %*
exit /b %CODE%
