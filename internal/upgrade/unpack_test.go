package upgrade

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

func TestUnpack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		archive []byte
		want    string // of the program, or part of the error after "!"
	}{
		"a.tar.gz":       {upgradetest.Tar(t, file("LICENSE", "l"), file("epilot", "tarred")), "tarred"},
		"a.zip":          {upgradetest.Zip(t, file("LICENSE", "l"), file("epilot", "zipped")), "zipped"},
		"outside.zip":    {upgradetest.Zip(t, file("../epilot", "x"), file(`..\epilot`, "x")), "!no file epilot in it"},
		"folder.zip":     {upgradetest.Zip(t, file("epilot/", "")), "!no file epilot in it"},
		"other.zip":      {[]byte("what is this"), "!not a valid zip file"},
		"other.tar.gz":   {[]byte("what is this"), "!cannot be unpacked"},
		"cut.tar.gz":     {upgradetest.Tar(t, file("epilot", "tarred"))[:60], "!unexpected EOF"},
		"nothing.tar.gz": {nil, "!EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, row.archive, 0o600); err != nil {
				t.Fatal(err)
			}
			archive, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer archive.Close()
			var got bytes.Buffer
			err = unpack(archive, "epilot", &got)
			if wrong, fails := strings.CutPrefix(row.want, "!"); fails {
				if err == nil || !strings.Contains(err.Error(), wrong) {
					t.Errorf("got %v", err)
				}
			} else if err != nil || got.String() != row.want {
				t.Errorf("got %q, %v", got.String(), err)
			}
		})
	}
}
