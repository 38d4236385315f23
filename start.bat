@echo off
chcp 65001 >nul
rem 启动服务；所有参数原样交给 start_service.py，例如：start.bat --port 8080
setlocal
set "PYTHON="
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=py -3"
if not defined PYTHON python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python"
if not defined PYTHON (
    echo 没有找到 Python 3.11 或更高版本。
    echo 请从 https://www.python.org/downloads/ 下载 64 位版本，安装时勾选 "Add python.exe to PATH"，然后重新运行本文件。
    pause
    exit /b 1
)
%PYTHON% "%~dp0start_service.py" %*
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" (
    echo 服务异常结束，代码 %CODE%。原因见上。
    pause
)
exit /b %CODE%
