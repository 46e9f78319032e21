import { newPlace, startPlatform } from './platform.ts';

// The platform outlives each test file; what a file needs of it goes through the environment of the test processes.
export default async function startSharedPlatform() {
  const place = await newPlace();
  globalThis.sharedPlace = place;
  globalThis.sharedPlatform = await startPlatform(place);
  process.env.WINDLASS_E2E_CREDENTIALS = JSON.stringify(globalThis.sharedPlatform.credentials);
}
