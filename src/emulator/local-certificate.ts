import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** PEM texts. */
export interface Certificate {
  cert: string;
  key: string;
}

/**
 * A certificate for this machine's own names, kept in `dataDir` for a year so that it has to be trusted only once. The key
 * is readable by this user only.
 */
export async function localCertificate(dataDir: string): Promise<Certificate> {
  const files = { cert: path.join(dataDir, 'localhost.pem'), key: path.join(dataDir, 'localhost-key.pem') };
  const kept = readCertificate(files);
  if (kept) return kept;
  // Most starts need no certificate, and this package takes longer to load than all others together.
  const { generate } = await import('selfsigned');
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + 1);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notAfterDate,
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  return { cert, key };
}

function readCertificate(files: { cert: string; key: string }): Certificate | undefined {
  try {
    const cert = readFileSync(files.cert, 'utf8');
    const key = readFileSync(files.key, 'utf8');
    return Date.parse(new X509Certificate(cert).validTo) > Date.now() ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}
