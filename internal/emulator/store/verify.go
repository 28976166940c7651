package store

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// The file format of bbolt: a page starts with its id (8 bytes), flags (2),
// number of elements (2) and overflow (4, the number of following pages that
// belong to it). Then come elements of 16 bytes, which point to keys and values.
const (
	pageHeader  = 16
	elementSize = 16

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	bucketElement = 0x01       // flag of a leaf element whose value is a bucket
	bucketHeader  = 16         // size of such a value's header: root page and sequence
	metaMagic     = 0xED0CDAED // of pages 0 and 1, which locate the rest
	metaChecksum  = 56         // its offset in a meta page
	noFreelist    = ^uint64(0)
)

// verifier checks the structure of a file before bbolt uses it: bbolt trusts the
// sizes that it reads, so one wrong byte can cost gigabytes of memory.
type verifier struct {
	file     io.ReaderAt
	pageSize int64
	pages    uint64 // in use, according to the meta page
	seen     map[uint64]bool
}

// verify returns an error unless every page reachable from the newest valid meta
// page is within the file and all its elements are within the page.
func verify(file io.ReaderAt, size, pageSize int64) error {
	var newest []byte
	for page := range int64(2) {
		meta := make([]byte, metaChecksum+8)
		if _, err := file.ReadAt(meta, page*pageSize+pageHeader); err != nil {
			return fmt.Errorf("page %d cannot be read: %w", page, err)
		}
		if isMeta(meta) && (newest == nil || txid(meta) > txid(newest)) {
			newest = meta
		}
	}
	if newest == nil {
		return fmt.Errorf("both of its header pages are invalid")
	}
	v := &verifier{file: file, pageSize: pageSize, pages: binary.NativeEndian.Uint64(newest[40:]), seen: map[uint64]bool{}}
	if v.pages > uint64(size/pageSize) {
		return fmt.Errorf("it has %d bytes, but %d pages of %d bytes", size, v.pages, pageSize)
	}
	if freelist := binary.NativeEndian.Uint64(newest[32:]); freelist != noFreelist {
		if err := v.freelist(freelist); err != nil {
			return err
		}
	}
	return v.page(binary.NativeEndian.Uint64(newest[16:]))
}

func txid(meta []byte) uint64 { return binary.NativeEndian.Uint64(meta[48:]) }

func isMeta(meta []byte) bool {
	sum := fnv.New64a()
	sum.Write(meta[:metaChecksum])
	return binary.NativeEndian.Uint32(meta) == metaMagic && sum.Sum64() == binary.NativeEndian.Uint64(meta[metaChecksum:])
}

// read returns a page with its overflow. A page can be reached only once.
func (v *verifier) read(id uint64) ([]byte, error) {
	header := make([]byte, pageHeader)
	if id < 2 || id >= v.pages {
		return nil, fmt.Errorf("page %d does not exist", id)
	}
	if _, err := v.file.ReadAt(header, int64(id)*v.pageSize); err != nil {
		return nil, fmt.Errorf("page %d cannot be read: %w", id, err)
	}
	overflow := uint64(binary.NativeEndian.Uint32(header[12:]))
	if own := binary.NativeEndian.Uint64(header); own != id || overflow >= v.pages-id {
		return nil, fmt.Errorf("page %d says that it is page %d and has %d more pages", id, own, overflow)
	}
	for used := id; used <= id+overflow; used++ {
		if v.seen[used] {
			return nil, fmt.Errorf("page %d is used twice", used)
		}
		v.seen[used] = true
	}
	whole := make([]byte, int64(overflow+1)*v.pageSize)
	if _, err := v.file.ReadAt(whole, int64(id)*v.pageSize); err != nil {
		return nil, fmt.Errorf("page %d cannot be read: %w", id, err)
	}
	return whole, nil
}

func (v *verifier) freelist(id uint64) error {
	text, err := v.read(id)
	if err != nil {
		return err
	}
	count, at := uint64(binary.NativeEndian.Uint16(text[10:])), uint64(pageHeader)
	if count == 0xFFFF { // the first element is the count
		count, at = binary.NativeEndian.Uint64(text[pageHeader:]), pageHeader+8
	}
	if binary.NativeEndian.Uint16(text[8:])&freelistPage == 0 || count > (uint64(len(text))-at)/8 {
		return fmt.Errorf("page %d is not a list of free pages", id)
	}
	for i := range count {
		if free := binary.NativeEndian.Uint64(text[at+8*i:]); free < 2 || free >= v.pages {
			return fmt.Errorf("free page %d does not exist", free)
		}
	}
	return nil
}

// page checks a page of a tree and the pages below it.
func (v *verifier) page(id uint64) error {
	text, err := v.read(id)
	if err != nil {
		return err
	}
	if err := v.elements(text); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

func (v *verifier) elements(text []byte) error {
	flags, count := binary.NativeEndian.Uint16(text[8:]), int(binary.NativeEndian.Uint16(text[10:]))
	if pageHeader+count*elementSize > len(text) {
		return fmt.Errorf("it cannot hold %d elements", count)
	}
	for i := range count {
		at := pageHeader + i*elementSize
		element := text[at:]
		var err error
		switch flags {
		case branchPage:
			_, err = part(element, 0, 4)
			if err == nil {
				err = v.page(binary.NativeEndian.Uint64(element[8:]))
			}
		case leafPage:
			err = v.leaf(element)
		default:
			err = fmt.Errorf("its flags are %#x", flags)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a key, and its value if that is a bucket.
func (v *verifier) leaf(element []byte) error {
	if _, err := part(element, 4, 8); err != nil {
		return err
	}
	value, err := part(element, 4, 8, 12)
	if err != nil || binary.NativeEndian.Uint32(element)&bucketElement == 0 {
		return err
	}
	value = value[binary.NativeEndian.Uint32(element[8:]):]
	if len(value) < bucketHeader {
		return fmt.Errorf("a bucket has %d bytes", len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return v.page(root)
	}
	if len(value) < bucketHeader+pageHeader {
		return fmt.Errorf("a bucket has %d bytes", len(value))
	}
	return v.elements(value[bucketHeader:])
}

// part returns the data of an element: its position is at the first offset, its
// sizes at the others.
func part(element []byte, position int, sizes ...int) ([]byte, error) {
	from := uint64(binary.NativeEndian.Uint32(element[position:]))
	end := from
	for _, at := range sizes {
		end += uint64(binary.NativeEndian.Uint32(element[at:]))
	}
	if from < elementSize || end > uint64(len(element)) {
		return nil, fmt.Errorf("an element of %d bytes at %d is outside of it", end-from, from)
	}
	return element[from:end], nil
}
