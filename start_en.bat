@echo off
rem Starts the service; every argument goes to start_service.py, for example: start_en.bat --port 8080
chcp 65001 >nul
setlocal
if not defined QWEN_VL_LANGUAGE set "QWEN_VL_LANGUAGE=en"
set "PYTHON="
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=py -3"
if not defined PYTHON python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python"
if not defined PYTHON (
    echo Python 3.11 or newer was not found.
    echo Get the 64-bit version from https://www.python.org/downloads/, tick "Add python.exe to PATH" and run this file again.
    pause
    exit /b 1
)
%PYTHON% "%~dp0start_service.py" %*
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" (
    echo The service ended with code %CODE%. The reason is above.
    pause
)
exit /b %CODE%
