@echo off
rem Every trial against a running service: run_all_tests.bat --url http://127.0.0.1:8000 --key KEY
setlocal
set FAILED=0
for %%S in (check_model_status test_chat_api test_analyze_api test_websocket) do (
    echo --- %%S
    call "%~dp0..\launchers\python.bat" "%~dp0%%S.py" %* || set FAILED=1
)
exit /b %FAILED%
