@echo off
rem Starts the restorer that lies beside this file. Paths stand in quotes only, and are never
rem expanded twice, so that a folder may be called "R&D 100% done!".
setlocal DisableDelayedExpansion
set "restorer=%~dp0restore-standalone.exe"
if exist "%restorer%" goto start
set "restorer=%~dp0restore-standalone-x86_64-pc-windows-msvc.exe"
if exist "%restorer%" goto start
echo This backup holds no restorer for Windows.
echo Get lifeboat for Windows, open a command prompt in this folder, and run: lifeboat restore
echo Your files are all here, in the folder "files". RESTORE.md says how to put them back by hand.
pause
exit /b 3
:start
"%restorer%" %*
exit /b %errorlevel%
