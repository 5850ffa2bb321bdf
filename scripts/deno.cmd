@echo off
rem Runs Deno: one on PATH that is new enough, else the pinned one from npm, kept in a cache folder.
rem LIFEBOAT_DENO=pinned takes the pinned one in any case, so that everybody formats and builds alike.
setlocal

set "pinned=2.7.14"
rem Without this Deno trusts its own list only, and refuses a registry behind a company's certificate.
if not defined DENO_TLS_CA_STORE set "DENO_TLS_CA_STORE=system"

if "%LIFEBOAT_DENO%"=="pinned" goto cached
rem New enough is 2.7 (zstd in node:zlib). The search is along PATH only: the current folder may hold this very file.
set "program="
for %%d in (deno.exe) do set "program=%%~$PATH:d"
if not defined program goto cached
set "major="
for /f "tokens=2,3 delims=. " %%a in ('""%program%" --version"') do (
  if not defined major (
    set "major=%%a"
    set "minor=%%b"
  )
)
if not defined major goto cached
if %major% gtr 2 goto run
if %major% equ 2 if %minor% geq 7 goto run

:cached
set "cache=%LOCALAPPDATA%"
if defined XDG_CACHE_HOME set "cache=%XDG_CACHE_HOME%"
set "folder=%cache%\lifeboat\deno-%pinned%"
set "program=%folder%\deno.exe"
if exist "%program%" goto run

where npm >nul 2>nul
if errorlevel 1 (
  echo scripts\deno.cmd: this needs Deno 2.7 or newer, or npm to fetch it with. 1>&2
  exit /b 1
)
echo scripts\deno.cmd: fetching Deno %pinned% from npm into %folder% 1>&2
rem Fetched into a folder of its own, then moved: two of these may run at once.
set "part=%folder%\part.%RANDOM%%RANDOM%"
mkdir "%part%" || exit /b 1
call npm install --prefix "%part%" --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error deno@%pinned% 1>&2
if errorlevel 1 (
  rmdir /s /q "%part%"
  exit /b 1
)
for /d %%d in ("%part%\node_modules\@deno\*") do move /y "%%d\deno.exe" "%program%" >nul 2>nul
rmdir /s /q "%part%"
if not exist "%program%" (
  echo scripts\deno.cmd: npm did not bring a deno.exe for this system. 1>&2
  exit /b 1
)

:run
"%program%" %*
exit /b %errorlevel%
