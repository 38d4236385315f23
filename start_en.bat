@echo off
rem Double click: asks what to start, in English. With arguments: those of start_service.py.
setlocal
if not defined QWEN_VL_LANGUAGE set "QWEN_VL_LANGUAGE=en"
call "%~dp0scripts\launchers\python.bat" "%~dp0scripts\launchers\menu.py" %*
exit /b %CODE%
