@echo off
rem The command line, from its sources: builds it when a source is newer than the last build, and runs it.
setlocal
set "QUARRY_HOME=%~dp0"
set "QUARRY_STAMP=%~dp0services\Quarry.Cli\bin\Release\.launcher.stamp"
powershell -NoProfile -ExecutionPolicy Bypass -Command ^
  "$stamp = Get-Item -Force -ErrorAction SilentlyContinue $env:QUARRY_STAMP;" ^
  "if (-not $stamp) { exit 1 };" ^
  "$roots = 'services','sdk-ts','executor-node','eng','package-lock.json','Directory.Packages.props' | ForEach-Object { Join-Path $env:QUARRY_HOME $_ };" ^
  "$newer = Get-ChildItem $roots -Recurse -File | Where-Object { $_.FullName -notmatch '\\(bin|obj|dist|node_modules)\\' -and $_.LastWriteTime -gt $stamp.LastWriteTime } | Select-Object -First 1;" ^
  "if ($newer) { exit 1 } else { exit 0 }"
if errorlevel 1 (
  dotnet build "%~dp0services\Quarry.Cli" -c Release --nologo -v quiet 1>&2 || exit /b 4
  type nul > "%QUARRY_STAMP%"
)
for /r "%~dp0services\Quarry.Cli\bin\Release" %%f in (quarry.dll) do if exist "%%f" (
  dotnet "%%f" %*
  exit /b
)
