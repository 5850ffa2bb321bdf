# Starts the restorer that lies beside this file.
$names = "restore-standalone.exe", "restore-standalone-x86_64-pc-windows-msvc.exe"
foreach ($name in $names) {
    $restorer = Join-Path -Path $PSScriptRoot -ChildPath $name
    if (Test-Path -LiteralPath $restorer -PathType Leaf) {
        & $restorer @args
        exit $LASTEXITCODE
    }
}
Write-Host "This backup holds no restorer for Windows."
Write-Host "Get lifeboat for Windows, open a command prompt in this folder, and run: lifeboat restore"
Write-Host 'Your files are all here, in the folder "files". RESTORE.md says how to put them back by hand.'
exit 3
