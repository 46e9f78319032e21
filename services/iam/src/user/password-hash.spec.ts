import { hashPassword, passwordMatches } from './password-hash.js';

describe('a password hash', () => {
  it('matches its password and no other', async () => {
    const encoded = await hashPassword('größe 1');
    await expect(passwordMatches('größe 1', encoded)).resolves.toBe(true);
    await expect(passwordMatches('größe 2', encoded)).resolves.toBe(false);
  });

  it('differs each time and says how it was made', async () => {
    const [first, second] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(first).not.toBe(second);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  // Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
  it('is read with the costs it was made with', async () => {
    const encoded = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    await expect(passwordMatches('password', encoded)).resolves.toBe(true);
  });

  it('is not guessed at when it is something else', async () => {
    await expect(passwordMatches('password', 'plain')).rejects.toThrow(/PHC/);
  });
});
