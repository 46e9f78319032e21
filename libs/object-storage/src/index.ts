export { openBucket, type Bucket, type ListedObject, type ObjectContent } from './bucket.js';
export { describeBucket, readBucketAddress, type BucketAddress } from './bucket-address.js';
