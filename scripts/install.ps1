# Installs Lifeboat for the current user: fetches the executable for Windows, checks it, and puts
# it into %LOCALAPPDATA%\Programs\lifeboat. Run it again to update.
#
# What is checked: that the list of hashes (SHA256SUMS) is signed with the release key below, by
# ssh-keygen, which is part of Windows; and that the executable has the hash in that list.
# What does not fit is not installed, and nothing of it stays behind.
#
#   $env:LIFEBOAT_BASE_URL         fetch from elsewhere (the same checks)
#   $env:LIFEBOAT_INSTALL_DIR      install elsewhere
#   $env:LIFEBOAT_SKIP_SIGNATURE   1: check the hash only, where there is no ssh-keygen

# In a block of its own, so that the settings below do not stay in the session that ran this.
& {
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue'
  [Net.ServicePointManager]::SecurityProtocol = 'Tls12'

  $baseUrl = 'https://github.com/lifeboat-backup/lifeboat/releases/latest/download'
  if ($env:LIFEBOAT_BASE_URL) { $baseUrl = $env:LIFEBOAT_BASE_URL }
  $folder = Join-Path $env:LOCALAPPDATA 'Programs\lifeboat'
  if ($env:LIFEBOAT_INSTALL_DIR) { $folder = $env:LIFEBOAT_INSTALL_DIR }
  $name = 'lifeboat-windows-x64.exe'

  # A release fills this in. The copy in the source tree has no key, and so can check nothing.
  $key = '@RELEASE_KEY_SSH@'

  function Stop-Install([string] $why) { throw "install.ps1: $why. Nothing was installed." }

  function Get-File([string] $file) {
    Invoke-WebRequest -UseBasicParsing -Uri "$baseUrl/$file" -OutFile (Join-Path $work $file)
  }

  # Names without folders, in a work folder: no path has to be quoted.
  function Test-Signature {
    $ssh = Get-Command ssh-keygen.exe -ErrorAction SilentlyContinue
    if (-not $ssh) { Stop-Install 'the signature cannot be checked: there is no ssh-keygen' }
    Get-File 'SHA256SUMS.sshsig'
    Set-Content -Encoding ASCII (Join-Path $work 'signers') "lifeboat-release $key"
    $check = Start-Process -FilePath $ssh.Source -WorkingDirectory $work -NoNewWindow -Wait -PassThru `
      -ArgumentList '-Y verify -f signers -I lifeboat-release -n lifeboat-release -s SHA256SUMS.sshsig' `
      -RedirectStandardInput (Join-Path $work 'SHA256SUMS') `
      -RedirectStandardOutput (Join-Path $work 'said')
    return $check.ExitCode -eq 0
  }

  if ($key.StartsWith('@')) {
    Stop-Install 'this copy has no release key: take install.ps1 from a release'
  }
  $work = Join-Path ([IO.Path]::GetTempPath()) ('lifeboat-' + [Guid]::NewGuid())
  New-Item -ItemType Directory $work | Out-Null
  try {
    Write-Host "Fetching $baseUrl/$name"
    Get-File 'SHA256SUMS'
    if ($env:LIFEBOAT_SKIP_SIGNATURE -eq '1') {
      Write-Host 'Signature: NOT checked, as LIFEBOAT_SKIP_SIGNATURE asks.'
    } elseif (Test-Signature) {
      Write-Host 'Signature: good.'
    } else {
      Stop-Install 'the signature of SHA256SUMS is wrong'
    }

    Get-File $name
    $new = Join-Path $work $name
    $line = Get-Content (Join-Path $work 'SHA256SUMS') | Where-Object { $_.EndsWith("  $name") }
    if (-not $line) { Stop-Install "SHA256SUMS does not name $name" }
    if ((Get-FileHash -Algorithm SHA256 $new).Hash -ne $line.Split(' ')[0]) {
      Stop-Install "$name does not have the hash in SHA256SUMS"
    }
    Write-Host 'SHA-256: good.'

    $version = & $new --version
    if ($LASTEXITCODE -ne 0) { Stop-Install 'the program does not run here' }
    New-Item -ItemType Directory -Force $folder | Out-Null
    $installed = Join-Path $folder 'lifeboat.exe'
    Move-Item -Force $new $installed
    Write-Host "Installed ${installed}: $version"
    if (($env:Path -split ';') -notcontains $folder) {
      Write-Host "$folder is not on your Path: add it, or start $installed."
    }
  } finally {
    Remove-Item -Recurse -Force $work
  }
}
