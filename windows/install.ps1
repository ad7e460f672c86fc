# Installs Luodi for this user from a folder that was carried here; nothing is fetched.
# 为当前用户安装“落地”：全部文件随文件夹带来，不联网。右键“使用 PowerShell 运行”，或：powershell -ExecutionPolicy Bypass -File install.ps1
# Not tried on a Windows computer yet / 尚未在 Windows 计算机上试过。
param([string]$Target = "$env:LOCALAPPDATA\Luodi", [string]$Python = "py")
$ErrorActionPreference = "Stop"
$env:PYTHONUTF8 = "1"
$here = Split-Path -Parent (Split-Path -Parent $MyInvocation.MyCommand.Path)
$wheels = Join-Path $here "wheelhouse"
if (-not (Test-Path $wheels)) { throw "wheelhouse is missing beside the program: make wheelhouse / 缺少 wheelhouse 文件夹" }
# The launcher py is told which Python; a python.exe named by its path is that one, and does not know -3.11.
$which = @(if ([IO.Path]::GetFileNameWithoutExtension($Python) -eq "py") { "-3.11" })
$version = & $Python @which -c "import sys; print(sys.version_info[:2] == (3, 11) and sys.maxsize > 2**32)"
if ($version -ne "True") { throw "Python 3.11 (64 bit) is needed / 需要 64 位 Python 3.11" }
New-Item -ItemType Directory -Force -Path $Target | Out-Null
foreach ($part in "app.py", "luodi.py", "requirements.lock", "pyproject.toml", "geo", "layers", "views", "county", "data", ".streamlit") {
    Copy-Item -Recurse -Force -Path (Join-Path $here $part) -Destination $Target
}
& $Python @which -m venv (Join-Path $Target ".venv")
if ($LASTEXITCODE -ne 0) { throw "venv failed / 无法建立 Python 环境" }
$own = Join-Path $Target ".venv\Scripts\python.exe"
& $own -m pip install --quiet --disable-pip-version-check --no-index --find-links $wheels --no-deps (Get-ChildItem $wheels -Filter *.whl | ForEach-Object { $_.FullName })
if ($LASTEXITCODE -ne 0) { throw "pip failed / 安装失败" }
$desk = [Environment]::GetFolderPath("Desktop")
$link = (New-Object -ComObject WScript.Shell).CreateShortcut((Join-Path $desk "落地 Luodi.lnk"))
$link.TargetPath = Join-Path $Target "luodi.cmd"
$link.WorkingDirectory = [Environment]::GetFolderPath("MyDocuments")
$link.Save()
Copy-Item -Force -Path (Join-Path $here "windows\luodi.cmd") -Destination $Target
Write-Host "OK: $Target"
