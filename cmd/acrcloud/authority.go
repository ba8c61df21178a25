package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// The names of an authority's files.
const (
	authorityCert  = "ca.pem"
	authorityKey   = "ca-key.pem"
	authorityHosts = "hosts"
)

const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	certificateLife = 90 * 24 * time.Hour
	clockSkew       = time.Hour // between this machine and its clients
)

// An authority signs the certificate of the mock. It can sign for the mock's names and for private addresses only, so
// that its key is of no value to anyone who finds it.
type authority struct {
	dir  string
	made bool // by this run
	cert *x509.Certificate
	key  crypto.Signer

	mu    sync.Mutex
	names []string // of the certificate
	ips   []net.IP
	leaf  *tls.Certificate
}

// privateRanges are the addresses that an authority can sign for.
var privateRanges = []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"}

// openAuthority opens the authority in a folder, or makes one that can sign for the domains.
func openAuthority(dir string, domains []string) (*authority, error) {
	a := &authority{dir: dir}
	keyPath, certPath := filepath.Join(dir, authorityKey), filepath.Join(dir, authorityCert)
	keyText, err := os.ReadFile(keyPath) //nolint:gosec // a file in the folder that the user names
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(certPath); err == nil {
			return nil, fmt.Errorf("%s exists, but its key %s does not: remove it, and a new authority is created", certPath, keyPath)
		}
		err := a.create(keyPath, certPath, domains)
		return a, err
	case err != nil:
		return nil, err
	}
	if err := onlyOwner(keyPath); err != nil {
		return nil, err
	}
	if a.key, err = parseKey(keyText); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w: remove it and %s, and a new authority is created", keyPath, err, authorityCert)
	}
	certText, err := os.ReadFile(certPath) //nolint:gosec // a file in the folder that the user names
	switch {
	case errors.Is(err, fs.ErrNotExist): // an earlier run stopped between writing the two files
		err := a.sign(certPath, domains)
		return a, err
	case err != nil:
		return nil, err
	}
	block, _ := pem.Decode(certText)
	if block == nil {
		return nil, fmt.Errorf("%s is not a certificate: remove it, and a new one is created, which clients must be told to trust again", certPath)
	}
	if a.cert, err = x509.ParseCertificate(block.Bytes); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w: remove it, and a new one is created, which clients must be told to trust again", certPath, err)
	}
	err = a.check(certPath, domains)
	return a, err
}

// check refuses an authority that cannot be used.
func (a *authority) check(certPath string, domains []string) error {
	public, ok := a.cert.PublicKey.(*ecdsa.PublicKey)
	again := "remove " + certPath + ", and a new one is created, which clients must be told to trust again"
	switch {
	case !ok || !public.Equal(a.key.Public()):
		return fmt.Errorf("%s does not match %s: %s", certPath, authorityKey, again)
	case time.Now().Add(certificateLife).After(a.cert.NotAfter):
		return fmt.Errorf("%s is only valid until %s: %s", certPath, a.cert.NotAfter.Format(time.DateOnly), again)
	}
	for _, domain := range domains {
		if !slices.ContainsFunc(a.cert.PermittedDNSDomains, func(permitted string) bool { return domain == permitted || strings.HasSuffix(domain, "."+permitted) }) {
			return fmt.Errorf("%s cannot sign for %q: %s", certPath, domain, again)
		}
	}
	return nil
}

// create creates an authority with its folder. It writes the key first, and never replaces another key.
func (a *authority) create(keyPath, certPath string, domains []string) error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(keyPath, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the folder that the user names
	if err != nil {
		return err
	}
	err = errors.Join(pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(keyPath))
	}
	a.key = key
	return a.sign(certPath, domains)
}

// sign creates the authority's own certificate.
func (a *authority) sign(certPath string, domains []string) error {
	serial, err := serialNumber()
	if err != nil {
		return err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "acrcloud mock, for tests on this machine", Organization: []string{"acrcloud mock"}},
		NotBefore: now.Add(-clockSkew), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: domains,
	}
	for _, text := range privateRanges {
		_, ips, err := net.ParseCIDR(text)
		if err != nil {
			return err
		}
		t.PermittedIPRanges = append(t.PermittedIPRanges, ips)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, a.key.Public(), a.key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	a.made = true
	return replaceFile(certPath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// serve sets the names and addresses of the certificate.
func (a *authority) serve(names []string, ips []net.IP) {
	a.mu.Lock()
	defer a.mu.Unlock()
	private := func(ip net.IP) bool {
		return slices.ContainsFunc(a.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) })
	}
	a.names, a.leaf = names, nil
	a.ips = slices.DeleteFunc(slices.Clone(ips), func(ip net.IP) bool { return !private(ip) })
}

// config returns the TLS configuration of the mock.
func (a *authority) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate(time.Now()) },
	}
}

// certificate returns one certificate for all names. It creates the certificate when it is first needed, and again
// before it expires.
func (a *authority) certificate(now time.Time) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaf != nil && now.Add(certificateLife/2).Before(a.leaf.Leaf.NotAfter) {
		return a.leaf, nil
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "acrcloud mock"}, NotBefore: now.Add(-clockSkew), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: a.names, IPAddresses: a.ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a.leaf = &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}
	return a.leaf, nil
}

func serialNumber() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
}

func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not a private key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an ECDSA key")
	}
	return signer, nil
}

// onlyOwner refuses a file with a secret that others can read.
func onlyOwner(path string) error {
	info, err := os.Stat(path)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("others can read %s: run 'chmod 600 %s'", path, path)
	}
	return err
}

// replaceFile writes a file completely or not at all.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
