@echo off
rem Double click: asks what to start, in Chinese. With arguments: those of start_service.py.
setlocal
call "%~dp0scripts\launchers\python.bat" "%~dp0scripts\launchers\menu.py" %*
exit /b %CODE%
