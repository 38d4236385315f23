@echo off
rem Finds Python 3.11 or newer and runs what is given: call python.bat SCRIPT ARGUMENTS
rem Leaves the exit code in CODE; the caller has said setlocal.
rem The only place with more than ASCII in it, hence the code page.
chcp 65001 >nul
for %%R in ("%~dp0..\..") do set "ROOT=%%~fR"
set "CHECK=import sys; sys.exit(sys.version_info < (3, 11))"
set "PYTHONUTF8=1"

if not exist "%ROOT%\.venv\Scripts\python.exe" goto launcher
set PYTHON="%ROOT%\.venv\Scripts\python.exe"
%PYTHON% -c "%CHECK%" >nul 2>nul
if not errorlevel 1 goto found

:launcher
set PYTHON=py -3
%PYTHON% -c "%CHECK%" >nul 2>nul
if not errorlevel 1 goto found

set PYTHON=python
%PYTHON% -c "%CHECK%" >nul 2>nul
if not errorlevel 1 goto found

if /i "%QWEN_VL_LANGUAGE:~0,2%"=="en" goto missing_en
echo 没有找到 Python 3.11 或更高版本。
echo 从 https://www.python.org/downloads/ 下载 64 位安装程序，
echo 安装时勾选 "Add python.exe to PATH"，然后重新运行本文件。
goto missing
:missing_en
echo Python 3.11 or newer was not found.
echo Get the 64-bit installer from https://www.python.org/downloads/
echo Tick "Add python.exe to PATH" while installing, then run this file again.
:missing
set CODE=9
pause
exit /b %CODE%

:found
%PYTHON% %*
set CODE=%ERRORLEVEL%
if %CODE%==0 exit /b 0
if /i "%QWEN_VL_LANGUAGE:~0,2%"=="en" goto ended_en
echo 已结束，代码 %CODE%。原因见上。
goto ended
:ended_en
echo It has ended with code %CODE%; the reason is above.
:ended
pause
exit /b %CODE%
