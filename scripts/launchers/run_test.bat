@echo off
rem Every check of the project.
setlocal
call "%~dp0python.bat" "%~dp0..\..\scripts\run_tests.py" %*
exit /b %CODE%
