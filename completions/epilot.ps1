# PowerShell completion for epilot, printed by "epilot completion powershell". It
# evaluates nothing of the line: "epilot __complete" gets the words as they were
# typed, without their quotes.

Register-ArgumentCompleter -Native -CommandName 'epilot' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    # The value of an element where it is a constant, else its text.
    $Words = @()
    $Word = ''
    foreach ($Element in $CommandAst.CommandElements | Select-Object -Skip 1) {
        if ($Element.Extent.StartOffset -ge $CursorPosition) { break }
        $Text = $Element.Extent.Text
        if ($Element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $Text = $Element.Value
        }
        if ($Element.Extent.EndOffset -ge $CursorPosition) {
            $Word = $Text
            break
        }
        $Words += $Text
    }

    $Program = Get-Command -Name 'epilot' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $Program) { return }

    # Until 7.3, PowerShell loses empty arguments and double quotes.
    $Arguments = @('__complete') + $Words + $Word
    if ($PSVersionTable.PSVersion -lt [version]'7.3.0' -or $PSNativeCommandArgumentPassing -eq 'Legacy') {
        $Arguments = @($Arguments | ForEach-Object {
            if ($_ -eq '') { '""' } else { $_ -replace '(\\*)"', '$1$1\"' }
        })
    }
    $Hints = $env:EPILOT_ACTIVE_HELP
    $Encoding = [Console]::OutputEncoding
    try {
        $env:EPILOT_ACTIVE_HELP = '0'
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $Lines = @(& $Program.Path $Arguments 2>$null)
    } finally {
        $env:EPILOT_ACTIVE_HELP = $Hints
        [Console]::OutputEncoding = $Encoding
    }

    $Directive = 0
    if ($Lines.Count -gt 0 -and $Lines[-1] -match '^:(\d+)$') {
        $Directive = [int]$Matches[1]
        $Lines = @($Lines | Select-Object -SkipLast 1)
    }
    if ($Directive -band 25) { return } # an error, or files: PowerShell completes those
    $Flag = ''
    if ($Word -match '^-[^=]*=') { $Flag = $Matches[0] } # values come without it

    $Quote = ''
    if ($WordToComplete -match '^[''"]') { $Quote = $Matches[0] }
    $Found = $false
    foreach ($Line in $Lines) {
        if ($Line -eq '') { continue }
        $Name, $About = ($Flag + $Line).Split("`t", 2)
        if (-not $Name.StartsWith($Word, [System.StringComparison]::Ordinal)) { continue }
        $Found = $true
        if (-not $About) { $About = $Name }
        # A single quote takes all characters but itself as they are.
        $Result = $Name
        if ($Quote -or $Name -match '[^\w./:=+-]' -or $Name -match '^[-.]?$') {
            $Result = "'" + $Name.Replace("'", "''") + "'"
        }
        [System.Management.Automation.CompletionResult]::new($Result, $Name, 'ParameterValue', $About)
    }
    # An empty answer keeps PowerShell from completing files.
    if (-not $Found -and ($Directive -band 4)) { '' }
}
