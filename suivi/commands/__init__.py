"""The commands of `suivi`, a module each. `suivi.cli` imports one when it is called, so that `--help` stays quick."""
