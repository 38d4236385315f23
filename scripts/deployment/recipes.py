"""The files of a deployment as texts: systemd units, an nginx site, a service of Windows."""

from __future__ import annotations

from scripts.deployment.plan import Plan
from scripts.deployment.servers import write_words
from scripts.deployment.units import write_units

BACKUP = """\
[Unit]
Description=Backup of the Qwen-VL service

[Service]
Type=oneshot
User={user}
WorkingDirectory={root}
EnvironmentFile=-/etc/qwen-vl.env
Environment=PYTHONUTF8=1
ExecStart="{python}" manage.py backup --daily
"""

TIMER = """\
[Unit]
Description=Nightly backup of the Qwen-VL service

[Timer]
OnCalendar=*-*-* 03:15:00
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""

SITE = """\
map $http_upgrade $qwen_vl_connection {{
    default upgrade;
    ''      '';
}}

upstream qwen_vl {{
{servers}
    keepalive 32;
}}
{redirect}
server {{
{listen}
    server_name {domain};
    client_max_body_size {body}m;

    location /static/ {{
        alias "{root}/data/static/";
        expires 1h;
        add_header X-Content-Type-Options nosniff;
    }}

    location / {{
        proxy_pass http://qwen_vl;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        # WebSocket, where one is asked for
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $qwen_vl_connection;
        # Streams arrive token by token, uploads go straight through
        proxy_buffering off;
        proxy_request_buffering off;
        proxy_read_timeout 1h;
        proxy_send_timeout 1h;
    }}
}}
"""

REDIRECT = """
server {{
    listen 80;
    listen [::]:80;
    server_name {domain};
    return 301 https://$host$request_uri;
}}
"""

PLAIN = "    listen 80;\n    listen [::]:80;"
TLS = """\
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate "{certificate}";
    ssl_certificate_key "{certificate_key}";
    ssl_protocols TLSv1.2 TLSv1.3;"""

WINDOWS = """\
@echo off
rem Run as administrator. nssm from https://nssm.cc must be on the PATH.
nssm install QwenVL "{python}" {words}
nssm set QwenVL AppDirectory "{root}"
nssm set QwenVL AppEnvironmentExtra PYTHONUTF8=1
nssm set QwenVL AppExit Default Restart
nssm set QwenVL AppRestartDelay 5000
nssm set QwenVL AppStopMethodConsole 20000
nssm set QwenVL Start SERVICE_AUTO_START
nssm start QwenVL
schtasks /create /f /tn QwenVLBackup /sc daily /st 03:15 ^
    /tr "\\"{python}\\" \\"{root}\\manage.py\\" backup --daily"
"""


def write_recipes(plan: Plan) -> dict[str, str]:
    """Name of each file -> its text."""
    return {
        **write_units(plan),
        "qwen-vl-backup.service": fill(BACKUP, plan),
        "qwen-vl-backup.timer": TIMER,
        "qwen-vl.nginx.conf": write_site(plan),
        "windows_service.bat": fill(WINDOWS, plan).replace("\n", "\r\n"),
    }


def write_site(plan: Plan) -> str:
    return SITE.format(
        servers="\n".join(f"    server 127.0.0.1:{port};" for port in plan.web_ports),
        domain=plan.domain,
        root=plan.root,
        body=plan.body_megabytes + 1,  # the service itself says what is too large
        redirect=REDIRECT.format(domain=plan.domain) if plan.has_tls else "",
        listen=(
            TLS.format(certificate=plan.certificate, certificate_key=plan.certificate_key)
            if plan.has_tls
            else PLAIN
        ),
    )


def fill(text: str, plan: Plan) -> str:
    words = " ".join(write_words(plan.server, plan.port, plan.body_megabytes))
    return text.format(user=plan.user, root=plan.root, python=plan.python, words=words)
