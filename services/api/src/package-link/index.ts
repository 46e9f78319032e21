export { attachment, downloadPackage } from './download-package.js';
export { PACKAGE_PATH, PackageLinks } from './package-links.js';
